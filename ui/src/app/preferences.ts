import { useLocalStorage } from "@mantine/hooks";

const stored = <T>(key: string, defaultValue: T) => ({
  key: `countinghouse.${key}`,
  defaultValue,
  getInitialValueInEffect: false,
});

/** The locale chosen in Settings; empty for the system's. */
export function useLocalePreference() {
  return useLocalStorage<string>(stored("locale", ""));
}

export function useRailCollapsed() {
  return useLocalStorage<boolean>(stored("rail-collapsed", false));
}

/** Banners that the person put away, by tenant, meter and level, so that a new level shows again. */
export function useDismissedBanners() {
  return useLocalStorage<string[]>(stored("dismissed-banners", []));
}

/** A set of filters under a name. */
export type SavedView = { name: string; search: Record<string, string> };

export function useSavedViews(page: string) {
  return useLocalStorage<SavedView[]>(stored(`views.${page}`, []));
}

/** What was opened last from the palette, newest first. */
export type RecentThing = { label: string; detail: string; to: string };

export function useRecentThings() {
  return useLocalStorage<RecentThing[]>(stored("recent", []));
}
