/** The locale when it can be used, `en-US` otherwise: a server's LANG=C reaches us as "C", on which Intl throws. */
export function usableLocale(locale: string | null | undefined): string {
  if (!locale) return "en-US";
  try {
    return Intl.NumberFormat.supportedLocalesOf([locale])[0] ?? "en-US";
  } catch {
    return "en-US";
  }
}

/** Latin digits in every locale: columns of figures are compared by eye, and copied into other programs. */
export function numberLocale(locale: string): string {
  return new Intl.Locale(usableLocale(locale), { numberingSystem: "latn" }).toString();
}
