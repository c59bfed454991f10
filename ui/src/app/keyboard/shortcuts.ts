import { SCREENS } from "../frame/screens";

export type Shortcut = { keys: string; what: string };

export const SHORTCUTS: readonly { title: string; list: readonly Shortcut[] }[] = [
  {
    title: "Everywhere",
    list: [
      { keys: "Ctrl K", what: "Search tenants, invoices, events and screens" },
      { keys: "/", what: "Go to the filter of this screen" },
      { keys: "r", what: "Read everything on screen again" },
      { keys: "Esc", what: "Close what is open" },
      { keys: "?", what: "Show this list" },
    ],
  },
  { title: "Screens", list: SCREENS.map(({ letter, name }) => ({ keys: `g ${letter}`, what: name })) },
  {
    title: "Tables",
    list: [
      { keys: "j  k", what: "Next and previous row" },
      { keys: "Enter", what: "Open the row" },
      { keys: "Space", what: "Quick look" },
      { keys: "x", what: "Select the row, where rows can be selected" },
      { keys: "Ctrl C", what: "Copy the cell, exact" },
    ],
  },
];
