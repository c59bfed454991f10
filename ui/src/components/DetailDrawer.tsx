import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  testId: string;
  /** In pixels; explanations have wide tables. */
  size?: number;
};

/** The drawer at the right: a quick look, or one event whole. Focus returns to where it was. */
export function DetailDrawer({ opened, onClose, title, children, testId, size = 560 }: Props) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={title}
      padding="md"
      size={size}
      overlayProps={{ backgroundOpacity: 0.18 }}
      closeButtonProps={{ "aria-label": "Close" }}
      styles={{ title: { fontWeight: 600, fontSize: 15, minWidth: 0 } }}
    >
      <div data-testid={testId}>{opened ? children : null}</div>
    </Drawer>
  );
}
