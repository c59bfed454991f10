import { compareDecimals } from "@/format";
import type { TenantPage } from "@/generated/bindings";

/** The meter that a call is most likely about: the one with the highest percentage. */
export function mostUsed(page: TenantPage): string {
  const [first] = [...page.meters].sort((a, b) => compareDecimals(b.percent ?? "-1", a.percent ?? "-1"));
  return first?.meter ?? "";
}
