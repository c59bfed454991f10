import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import { IconHistory, IconSearch } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useLayoutEffect, useState } from "react";
import { useFormat } from "@/format";
import { SCREENS } from "../frame/screens";
import { type RecentThing, useRecentThings } from "../preferences";
import { useSearch } from "../queries";
import { entryOf, type PaletteEntry } from "./entries";
import { palette, selectFirst, store } from "./store";

const RECENT_KEPT = 8;

function PaletteAction({ entry, onRun }: { entry: PaletteEntry; onRun: (byKeyboard: boolean) => void }) {
  return (
    <Spotlight.Action
      label={entry.label}
      description={entry.detail}
      leftSection={<entry.icon size={16} stroke={1.7} aria-hidden />}
      closeSpotlightOnTrigger={false}
      // A click that no pointer made comes from Enter.
      onClick={({ detail }) => onRun(detail === 0)}
      data-testid={`palette-${entry.id}`}
    />
  );
}

/** Ctrl+K: tenants, invoices by number, events by key, screens and actions; what was opened last comes first. */
export function Palette() {
  const [query, setQuery] = useState("");
  const [wanted] = useDebouncedValue(query.trim(), 120);
  const { data: hits, error, isFetching, isPlaceholderData } = useSearch(wanted);
  // The list still answers an earlier text: Enter waits for the right answer instead of opening what is first by chance.
  const isBehind = wanted !== query.trim() || isPlaceholderData;
  const [isEager, setEager] = useState(false);
  const [recent, setRecent] = useRecentThings();
  const navigate = useNavigate();
  const client = useQueryClient();
  const format = useFormat();

  const open = (entry: PaletteEntry) => {
    if (!entry.to) {
      void client.invalidateQueries();
      return;
    }
    if (entry.kind !== "screen") {
      const thing: RecentThing = { label: entry.label, detail: entry.detail, to: entry.to };
      setRecent([thing, ...recent.filter(({ to }) => to !== entry.to)].slice(0, RECENT_KEPT));
    }
    void navigate({ href: entry.to });
  };

  const text = query.trim().toLowerCase();
  const found = wanted && hits ? hits.map((hit) => entryOf(hit, format)) : [];
  const screens = SCREENS.filter(({ name }) => name.toLowerCase().includes(text)).map(
    ({ id, name, to, letter, icon }): PaletteEntry => ({
      id,
      kind: "screen",
      label: name,
      detail: `g ${letter}`,
      to,
      icon,
    }),
  );
  const past = text
    ? []
    : recent.map(
        (thing, place): PaletteEntry => ({ ...thing, id: `recent-${place}`, kind: "recent", icon: IconHistory }),
      );
  const groups = [
    { label: "Recent", list: past },
    { label: "Found", list: found },
    { label: "Screens", list: screens },
  ].filter(({ list }) => list.length > 0);

  const run = (entry: PaletteEntry) => {
    open(entry);
    palette.close();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer is a new list
  useLayoutEffect(() => {
    selectFirst();
    if (isEager && !isBehind) {
      setEager(false);
      if (found[0]) run(found[0]);
    }
  }, [hits, isBehind, isEager]);

  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={(next) => {
        setEager(false);
        setQuery(next);
      }}
      shortcut={["mod + K"]}
      scrollable
      maxHeight={420}
      size={600}
      transitionProps={{ duration: 80 }}
      attributes={{ content: { "aria-label": "Search" } }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
    >
      <Spotlight.Search
        placeholder="Tenant, e-mail, outside id, invoice number, event key, screen"
        aria-label="Search"
        leftSection={<IconSearch size={16} aria-hidden />}
        data-testid="palette-input"
      />
      <Spotlight.ActionsList>
        {groups.map(({ label, list }) => (
          <Spotlight.ActionsGroup key={label} label={label}>
            {list.map((entry) => (
              <PaletteAction
                key={entry.id}
                entry={entry}
                onRun={(byKeyboard) => {
                  if (byKeyboard && isBehind && found.includes(entry)) setEager(true);
                  else run(entry);
                }}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && (
          <Spotlight.Empty>
            {error ? `The search failed: ${error.message}` : isFetching ? "Searching" : "Nothing has this name or key."}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
