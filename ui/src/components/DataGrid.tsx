import type {
  CellKeyDownEvent,
  ColDef,
  FullWidthCellKeyDownEvent,
  GridApi,
  RowClassParams,
  SuppressKeyboardEventParams,
} from "ag-grid-community";
import { AgGridReact } from "ag-grid-react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import classes from "./grid.module.css";
import { gridTheme } from "./grid-theme";

type Props<Row> = {
  rows: Row[];
  columns: ColDef<Row>[];
  rowId: (row: Row) => string;
  /** How the table is read aloud. */
  label: string;
  testId: string;
  /** Enter or a double click. */
  onOpen?: (row: Row) => void;
  /** Space; a click too where the row has no page of its own. */
  onLook?: (row: Row) => void;
  click?: "look" | "nothing";
  selection?: "many" | "none";
  onSelection?: (rows: Row[]) => void;
  /** The end of the loaded rows comes into sight. */
  onNearEnd?: () => void;
  /** Tells how many rows stand after the grid's own filters. */
  rowClass?: (params: RowClassParams<Row>) => string | undefined;
};

const OURS = new Set(["j", "k", "x", "Enter", " "]);

function suppress({ event }: SuppressKeyboardEventParams): boolean {
  const ours = OURS.has(event.key) && !event.ctrlKey && !event.metaKey;
  // The space bar would also scroll the page of rows.
  if (ours && event.key === " ") event.preventDefault();
  return ours;
}

function move<Row>(api: GridApi<Row>, by: number): void {
  const focused = api.getFocusedCell();
  const column = focused?.column ?? api.getAllDisplayedColumns()[0];
  if (!column) return;
  const last = api.getDisplayedRowCount() - 1;
  const index = focused ? Math.min(Math.max(focused.rowIndex + by, 0), last) : 0;
  api.ensureIndexVisible(index);
  api.setFocusedCell(index, column);
}

/** j and k from anywhere on the page, unless something is being typed or a dialog is open. */
function useGlobalRowKeys<Row>(api: { current: GridApi<Row> | null }) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const at = document.activeElement;
      const free = !at || at === document.body || at.tagName === "MAIN";
      if (!free || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key !== "j" && event.key !== "k") return;
      if (api.current && !api.current.isDestroyed()) move(api.current, event.key === "j" ? 1 : -1);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [api]);
}

/** The one table for many things: virtual rows, sticky first column, keys j k Enter Space x, Ctrl+C copies a cell. */
export function DataGrid<Row>(props: Props<Row>) {
  const { rows, columns, rowId, label, testId, onOpen, onLook, click = "nothing", selection = "none" } = props;
  const { onSelection, onNearEnd, rowClass } = props;
  const api = useRef<GridApi<Row> | null>(null);
  useGlobalRowKeys(api);

  const onKey = useCallback(
    (cell: CellKeyDownEvent<Row> | FullWidthCellKeyDownEvent<Row>) => {
      const event = cell.event as KeyboardEvent | null | undefined;
      if (!event || !cell.data) return;
      if (event.key === "c" && (event.ctrlKey || event.metaKey) && "column" in cell) {
        if (!window.getSelection()?.isCollapsed) return;
        void navigator.clipboard?.writeText(String(cell.value ?? ""));
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "j") move(cell.api, 1);
      if (event.key === "k") move(cell.api, -1);
      if (event.key === "x" && selection === "many") cell.node.setSelected(!cell.node.isSelected());
      if (event.key === "Enter") (onOpen ?? onLook)?.(cell.data);
      if (event.key === " ") (onLook ?? onOpen)?.(cell.data);
      if (OURS.has(event.key)) event.preventDefault();
    },
    [onOpen, onLook, selection],
  );

  const defaults = useMemo<ColDef<Row>>(
    () => ({
      sortable: true,
      resizable: true,
      suppressMovable: false,
      cellDataType: false,
      suppressKeyboardEvent: suppress,
    }),
    [],
  );

  return (
    <section className={classes.grid} aria-label={label} data-testid={testId} data-rows={rows.length}>
      <AgGridReact<Row>
        theme={gridTheme}
        rowData={rows}
        columnDefs={columns}
        defaultColDef={defaults}
        getRowId={({ data }) => rowId(data)}
        rowSelection={selection === "many" ? { mode: "multiRow", checkboxes: true, headerCheckbox: true } : undefined}
        selectionColumnDef={{ pinned: "left", width: 42, resizable: false, suppressKeyboardEvent: suppress }}
        onSelectionChanged={({ api: grid }) => onSelection?.(grid.getSelectedRows())}
        onGridReady={({ api: ready }) => {
          api.current = ready;
        }}
        onCellKeyDown={onKey}
        onRowDoubleClicked={({ data }) => data && onOpen?.(data)}
        onRowClicked={({ data }) => {
          if (click === "look" && data && window.getSelection()?.isCollapsed !== false) onLook?.(data);
        }}
        onBodyScroll={({ api: grid, direction }) => {
          if (direction === "vertical" && grid.getLastDisplayedRowIndex() >= grid.getDisplayedRowCount() - 40)
            onNearEnd?.();
        }}
        getRowClass={rowClass}
        enableCellTextSelection
        ensureDomOrder
        suppressDragLeaveHidesColumns
        animateRows={false}
        suppressNoRowsOverlay
        tooltipShowDelay={300}
      />
    </section>
  );
}
