import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
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
