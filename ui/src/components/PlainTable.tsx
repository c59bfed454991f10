import type { ReactNode } from "react";
import classes from "./table.module.css";

export type PlainColumn<Row> = {
  head: string;
  cell: (row: Row) => ReactNode;
  align?: "left" | "right";
  width?: number | string;
};

type Props<Row> = {
  caption: string;
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  onOpen?: (row: Row) => void;
  rowTestId?: (row: Row) => string;
};

/** A small table inside a card. Many things go into DataGrid. */
export function PlainTable<Row>({ caption, columns, rows, rowKey, onOpen, rowTestId }: Props<Row>) {
  return (
    <table className={classes.table}>
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ head, align, width }) => (
            <th key={head} scope="col" data-align={align} style={{ width }}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            data-testid={rowTestId?.(row)}
            data-open={onOpen ? "" : undefined}
            onDoubleClick={onOpen && (() => onOpen(row))}
          >
            {columns.map(({ head, cell, align }) => (
              <td key={head} data-align={align}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
