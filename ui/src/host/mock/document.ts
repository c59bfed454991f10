import type { InvoiceView } from "@/generated/bindings";

/** A4 at 144 dots an inch. */
const WIDTH = 1_191;
const HEIGHT = 1_684;

/** The smallest PNG there is, where nothing can be drawn. */
const BLANK = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";

/** A page that looks like a document; the real one is set by the program. */
export function documentPages(view: InvoiceView): string[] {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const page = canvas.getContext("2d");
  if (!page) return [BLANK];
  page.fillStyle = "#ffffff";
  page.fillRect(0, 0, WIDTH, HEIGHT);
  page.fillStyle = "#1a1b1f";
  const text = (words: string, x: number, y: number, font = "22px Inter, sans-serif") => {
    page.font = font;
    page.fillText(words, x, y);
  };
  text(view.seller.name, 110, 150, "600 30px Inter, sans-serif");
  for (const [place, line] of view.seller.address.entries()) text(line, 110, 190 + place * 30);
  text(`Invoice ${view.row.number ?? "draft"}`, 110, 380, "600 40px Inter, sans-serif");
  text(view.buyer.name.slice(0, 60), 110, 450);
  for (const [place, { description, amount }] of view.lines.entries()) {
    text(description, 110, 600 + place * 44);
    page.textAlign = "right";
    text(amount, WIDTH - 110, 600 + place * 44);
    page.textAlign = "left";
  }
  page.fillRect(110, 620 + view.lines.length * 44, WIDTH - 220, 2);
  text(`Total ${view.row.currency}`, 110, 680 + view.lines.length * 44, "600 26px Inter, sans-serif");
  page.textAlign = "right";
  text(view.row.total, WIDTH - 110, 680 + view.lines.length * 44, "600 26px Inter, sans-serif");
  page.textAlign = "left";
  return [canvas.toDataURL("image/png").replace("data:image/png;base64,", "")];
}
