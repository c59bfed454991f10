import { EmptyState } from "@/components";
import classes from "./invoice.module.css";

/** A document as it is printed, page by page. */
export function DocumentPages({ pages }: { pages: string[] }) {
  if (pages.length === 0) return <EmptyState>The pages of the document will be here.</EmptyState>;
  return (
    <div className={classes.pages}>
      {pages.map((page, place) => (
        <img
          // biome-ignore lint/suspicious/noArrayIndexKey: a page is its place
          key={place}
          className={classes.page}
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(page)}`}
          alt={`Page ${place + 1} of ${pages.length}`}
          data-testid={`page-${place + 1}`}
        />
      ))}
    </div>
  );
}
