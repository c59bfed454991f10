import type { CreditNoteRow, InvoiceView } from "@/generated/bindings";

/** A4 in points. */
const WIDTH = 595;
const HEIGHT = 842;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A page that looks like a document; the real one is set by the program. */
export function documentPages({ row, seller, buyer, lines }: InvoiceView): string[] {
  return page({ title: `Invoice ${row.number ?? "draft"}`, seller, buyer, lines, ...row });
}

export function creditPages(view: InvoiceView, note: CreditNoteRow): string[] {
  const lines = [{ description: note.reason, amount: note.net }];
  return page({ ...view, title: `Credit note ${note.number}`, lines, ...note });
}

type Printed = Pick<InvoiceView, "seller" | "buyer"> & {
  title: string;
  lines: { description: string; amount: string }[];
  currency: string;
  total: string;
};

function page({ title, seller, buyer, lines, currency, total }: Printed): string[] {
  const text = (words: string, y: number, style = "", x = 55) =>
    `<text x="${x}" y="${y}" ${style}>${escaped(words)}</text>`;
  const right = `text-anchor="end"`;
  const bold = `font-weight="600"`;
  const end = 300 + lines.length * 22;
  const parts = [
    text(seller.name ?? "", 75, `${bold} font-size="15"`),
    ...(seller.address ?? []).map((line, place) => text(line, 95 + place * 15)),
    text(title, 190, `${bold} font-size="20"`),
    text(buyer.name ?? "", 225),
    ...lines.flatMap(({ description, amount }, place) => [
      text(description, 300 + place * 22),
      text(amount, 300 + place * 22, right, WIDTH - 55),
    ]),
    `<rect x="55" y="${end}" width="${WIDTH - 110}" height="1"/>`,
    text(`Total ${currency}`, end + 26, bold),
    text(total, end + 26, `${right} ${bold}`, WIDTH - 55),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`,
  ];
}
