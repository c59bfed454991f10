import { createSpotlight } from "@mantine/spotlight";

const [store, palette] = createSpotlight();

export { palette, store };

/** Marks the first entry, so that Enter opens it. The library does so when the text changes, before answers are there. */
export function selectFirst() {
  const list = document.getElementById(store.getState().listId);
  if (!list || list.querySelector("[data-selected]")) {
    return;
  }
  list.querySelector("[data-action]")?.setAttribute("data-selected", "true");
  store.updateState((state) => ({ ...state, selected: 0 }));
}
