import { Tooltip } from "@mantine/core";
import { IconBuildingBank, IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import classes from "./frame.module.css";
import { SCREENS } from "./screens";

type Props = { collapsed: boolean; onToggle: () => void };

export function Rail({ collapsed, onToggle }: Props) {
  const Toggle = collapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  return (
    <nav className={classes.rail} aria-label="Screens">
      <div className={classes.brand}>
        <IconBuildingBank size={19} stroke={1.8} aria-hidden />
        {!collapsed && <span>Countinghouse</span>}
      </div>
      {SCREENS.map(({ id, name, to, letter, icon: Icon }) => (
        <Tooltip key={id} label={`${name} · g ${letter}`} position="right" disabled={!collapsed}>
          <Link
            to={to}
            className={classes.item}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            aria-label={collapsed ? name : undefined}
            data-testid={`nav-${id}`}
          >
            <Icon size={17} stroke={1.7} aria-hidden />
            {!collapsed && <span>{name}</span>}
          </Link>
        </Tooltip>
      ))}
      <span className={classes.spacer} />
      <button
        type="button"
        className={classes.item}
        style={{ border: 0, background: "none", cursor: "pointer", fontFamily: "inherit" }}
        onClick={onToggle}
        aria-label={collapsed ? "Widen the rail" : "Collapse the rail"}
        data-testid="rail-toggle"
      >
        <Toggle size={17} stroke={1.7} aria-hidden />
        {!collapsed && <span>Collapse</span>}
      </button>
    </nav>
  );
}
