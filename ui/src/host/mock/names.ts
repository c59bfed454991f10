import type { Random } from "./random";

/** Names that break screens which trust them. */
export const HOSTILE: readonly string[] = [
  "<img src=x onerror=alert(1)>",
  "'; drop table tenants; --",
  "شركة الاتصالات المتقدمة",
  "עברית בע״מ (חשבונאות)",
  "東京データ通信株式会社",
  "서울 인공지능 연구소",
  "🦊 Foxglove 🚀 Labs 👩‍👩‍👧‍👦",
  "A very long name that a person typed into a form which had no limit at all and that therefore goes on, and on, and on, until the table has to cut it with an ellipsis",
  "\u202Egnp.exe Holdings",
  "Zoë Ångström & Söhne GmbH",
  "{{constructor.constructor('alert(1)')()}}",
  '=HYPERLINK("http://example.invalid")',
  "हिन्दी टेलीकॉम",
  "Ελληνικές Υπηρεσίες ΑΕ",
  "NULL",
  "   leading and trailing   ",
];

const FIRST = [
  "Harbour",
  "Blue",
  "North",
  "Silver",
  "Quiet",
  "Granite",
  "Copper",
  "Lime",
  "Juniper",
  "Atlas",
  "Meridian",
  "Cedar",
  "Lumen",
  "Arbor",
  "Vertex",
  "Salt",
];
const SECOND = [
  "Street",
  "River",
  "Ridge",
  "Field",
  "Gate",
  "Point",
  "Yard",
  "Bridge",
  "Peak",
  "Harbor",
  "Grove",
  "Crest",
];
const THIRD = [
  "Telephony",
  "Clinics",
  "Logistics",
  "Studios",
  "Legal",
  "Coaching",
  "Robotics",
  "Media",
  "Analytics",
  "Freight",
  "Advisory",
  "Energy",
];
const FORM = ["Ltd", "GmbH", "Inc.", "S.A.", "BV", "AB", "Pty Ltd", "K.K."];

export function companyName(index: number, random: Random): string {
  const hostile = HOSTILE[index];
  if (hostile) return hostile;
  return `${random.pick(FIRST)} ${random.pick(SECOND)} ${random.pick(THIRD)} ${random.pick(FORM)}`;
}

export const PLACES = [
  { country: "US", zone: "America/New_York", currency: "USD" },
  { country: "US", zone: "America/Los_Angeles", currency: "USD" },
  { country: "GB", zone: "Europe/London", currency: "GBP" },
  { country: "DE", zone: "Europe/Berlin", currency: "EUR" },
  { country: "FR", zone: "Europe/Paris", currency: "EUR" },
  { country: "JP", zone: "Asia/Tokyo", currency: "JPY" },
  { country: "IN", zone: "Asia/Kolkata", currency: "USD" },
  { country: "AU", zone: "Australia/Lord_Howe", currency: "USD" },
  { country: "KW", zone: "Asia/Kuwait", currency: "KWD" },
  { country: "PY", zone: "America/Asuncion", currency: "USD" },
] as const;
