import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
// In a layer of their own, so that ours win whatever order the parts of the page are loaded in.
import "@mantine/core/styles.layer.css";
import "@mantine/dates/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "@/app/theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { chooseHost } from "@/host";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

const host = await chooseHost();
createRoot(root).render(
  <StrictMode>
    <App host={host} />
  </StrictMode>,
);
