import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";

type Props = {
  /** What is saved, as a sentence begins with it. */
  what: string;
  /** Gives the file, or none when the person thought better of it. */
  save: () => Promise<string | null>;
  icon: ReactNode;
  size?: "compact-sm" | "xs";
  testId: string;
  children: ReactNode;
};

/** Saves a file where the person chooses, and says where it is or why not. */
export function SaveButton({ what, save, icon, size = "compact-sm", testId, children }: Props) {
  const saving = useMutation({
    mutationFn: save,
    onSuccess: (file) => file && notifications.show({ color: "green", title: `${what} saved`, message: file }),
    onError: ({ code, message }) =>
      notifications.show({
        color: "red",
        title: `The ${what.toLowerCase()} was not saved`,
        message: `${message} (${code})`,
      }),
  });
  return (
    <Button
      variant="default"
      size={size}
      leftSection={icon}
      loading={saving.isPending}
      onClick={() => saving.mutate()}
      data-testid={testId}
    >
      {children}
    </Button>
  );
}
