import { AllCommunityModule, ModuleRegistry, themeQuartz } from "ag-grid-community";

ModuleRegistry.registerModules([AllCommunityModule]);

/** The grid in the tokens of theme.css, so that light and dark need no second theme. */
export const gridTheme = themeQuartz.withParams({
  accentColor: "var(--ch-accent)",
  backgroundColor: "var(--ch-surface)",
  foregroundColor: "var(--ch-text)",
  textColor: "var(--ch-text)",
  borderColor: "var(--ch-border)",
  browserColorScheme: "inherit",
  chromeBackgroundColor: "var(--ch-rail)",
  headerBackgroundColor: "var(--ch-rail)",
  headerTextColor: "var(--ch-dim)",
  headerFontWeight: 500,
  fontFamily: "inherit",
  fontSize: 12.5,
  headerFontSize: 12,
  rowHeight: 32,
  headerHeight: 32,
  cellHorizontalPadding: 10,
  oddRowBackgroundColor: "var(--ch-surface)",
  rowHoverColor: "var(--ch-hover)",
  selectedRowBackgroundColor: "var(--ch-accent-soft)",
  wrapperBorderRadius: 8,
  headerColumnResizeHandleColor: "var(--ch-border-strong)",
  iconSize: 13,
  spacing: 6,
});
