import {
  type Icon,
  IconBuildingStore,
  IconFileImport,
  IconFileInvoice,
  IconHistory,
  IconLayoutDashboard,
  IconListDetails,
  IconMessageReport,
  IconSettings,
  IconShieldQuestion,
} from "@tabler/icons-react";

export type Screen = { name: string; to: string; letter: string; icon: Icon; id: string };

/** The rail, in its order. The letter follows `g`. */
export const SCREENS: readonly Screen[] = [
  { id: "overview", name: "Overview", to: "/", letter: "o", icon: IconLayoutDashboard },
  { id: "tenants", name: "Tenants", to: "/tenants", letter: "t", icon: IconBuildingStore },
  { id: "usage", name: "Usage", to: "/usage", letter: "u", icon: IconListDetails },
  { id: "invoices", name: "Invoices", to: "/invoices", letter: "i", icon: IconFileInvoice },
  { id: "disputes", name: "Disputes", to: "/disputes", letter: "d", icon: IconMessageReport },
  { id: "quarantine", name: "Quarantine", to: "/quarantine", letter: "q", icon: IconShieldQuestion },
  { id: "import", name: "Import", to: "/import", letter: "m", icon: IconFileImport },
  { id: "audit", name: "Audit", to: "/audit", letter: "a", icon: IconHistory },
  { id: "settings", name: "Settings", to: "/settings", letter: "s", icon: IconSettings },
];
