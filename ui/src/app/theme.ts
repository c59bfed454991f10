import {
  ActionIcon,
  Button,
  Checkbox,
  createTheme,
  Drawer,
  Loader,
  type MantineColorsTuple,
  Menu,
  Modal,
  Notification,
  NumberInput,
  Radio,
  Select,
  Tabs,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { DatePickerInput, DateTimePicker } from "@mantine/dates";

const accent: MantineColorsTuple = [
  "#eef0ff",
  "#dfe2fd",
  "#bfc5f8",
  "#9da5f4",
  "#7f89ef",
  "#6a75ea",
  "#4b56d2",
  "#414bbb",
  "#3841a3",
  "#2d3488",
];

/** Mantine draws fields and menus from this scale in the dark scheme; it follows the tokens of theme.css. */
const dark: MantineColorsTuple = [
  "#e8e9ec",
  "#c6c8cf",
  "#9ea1ab",
  "#767983",
  "#3b3e46",
  "#292b31",
  "#1b1c21",
  "#17181c",
  "#111215",
  "#0b0c0e",
];

const field = { size: "xs" as const };

/** Density and type of ui.md: 13 px text, 4 px grid, two weights, one accent. Colours are tokens in theme.css. */
export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  primaryColor: "accent",
  primaryShade: 6,
  autoContrast: true,
  luminanceThreshold: 0.2,
  colors: { accent, dark },
  defaultRadius: 6,
  cursorType: "pointer",
  respectReducedMotion: true,
  fontSizes: { xs: "12px", sm: "13px", md: "13px", lg: "15px", xl: "18px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "20px", xl: "28px" },
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "600" },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs" } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 28 } }),
    TextInput: TextInput.extend({ defaultProps: field }),
    NumberInput: NumberInput.extend({ defaultProps: field }),
    Textarea: Textarea.extend({ defaultProps: field }),
    Select: Select.extend({ defaultProps: { ...field, comboboxProps: { transitionProps: { duration: 80 } } } }),
    DateTimePicker: DateTimePicker.extend({ defaultProps: field }),
    DatePickerInput: DatePickerInput.extend({ defaultProps: field }),
    Checkbox: Checkbox.extend({ defaultProps: field }),
    Radio: Radio.extend({ defaultProps: field }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, transitionProps: { duration: 80 }, multiline: true } }),
    Menu: Menu.extend({ defaultProps: { transitionProps: { duration: 80 }, shadow: "md" } }),
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 100, transition: "fade" },
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
      },
      styles: { title: { fontWeight: 600, fontSize: 15 } },
    }),
    Drawer: Drawer.extend({ defaultProps: { transitionProps: { duration: 110 }, position: "right", size: 480 } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close" } } }),
    Loader: Loader.extend({ defaultProps: { size: "sm" } }),
  },
});
