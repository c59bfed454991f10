import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDatabaseStatus } from "./queries";

/** The day of what is on screen, in UTC: of a snapshot or a review that of its moment, whatever the clock says now. */
export function useToday(): string {
  const { data } = useDatabaseStatus();
  return (data?.moment ?? new Date().toISOString()).slice(0, 10);
}

/** The months one can look back to, newest first, as `yyyy-mm`; the running month is "now". */
export function pastMonths(now: Date, count = 12): string[] {
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1 - back, 1)).toISOString().slice(0, 7),
  );
}

/** The instant at which a past month is looked at: its last second in UTC. */
export function lastInstantOf(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 1) - 1_000).toISOString();
}

/** The period that the top bar chose. `at` is null for now; it is part of every address. */
export function usePeriod() {
  const { month } = useSearch({ strict: false }) as { month?: string };
  const navigate = useNavigate();
  const choose = (next: string | null) =>
    navigate({ to: ".", search: ((old: object) => ({ ...old, month: next ?? undefined })) as never });
  return { month: month ?? null, at: month ? lastInstantOf(month) : null, choose };
}
