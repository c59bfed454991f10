import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Opening } from "@/features/snapshot/Opening";
import { KeyboardHelp } from "../keyboard/KeyboardHelp";
import { useKeyboard } from "../keyboard/useKeyboard";
import { Palette } from "../palette/Palette";
import { useRailCollapsed } from "../preferences";
import { EnvironmentLine } from "./EnvironmentLine";
import classes from "./frame.module.css";
import { LostBanner } from "./LostBanner";
import { Rail } from "./Rail";
import { TopBar } from "./TopBar";

/** What stands around every screen: environment line, top bar, rail. */
export function Frame() {
  const [collapsed, setCollapsed] = useRailCollapsed();
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useKeyboard({ showHelp: () => setHelp(true) });

  // A new screen begins at its top, with the keyboard in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes
  useEffect(() => {
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <div className={classes.frame} data-collapsed={collapsed}>
      <EnvironmentLine />
      <TopBar />
      <Rail collapsed={collapsed} onToggle={() => setCollapsed(!collapsed)} />
      <main className={classes.main} ref={main} tabIndex={-1}>
        <LostBanner />
        <Outlet />
      </main>
      <Palette />
      <Opening />
      <KeyboardHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  );
}
