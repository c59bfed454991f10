import { ActionIcon, Button, Group, Menu, TextInput } from "@mantine/core";
import { IconBookmark, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useSavedViews } from "@/app/preferences";

type Search = Partial<Record<string, string>>;
type Props = { page: string; current: Search; onApply: (search: Search) => void };

function filled(search: Search): Record<string, string> {
  return Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

/** Sets of filters under a name, kept on this machine. */
export function SavedViews({ page, current, onApply }: Props) {
  const [views, setViews] = useSavedViews(page);
  const [name, setName] = useState("");
  const save = () => {
    const wanted = name.trim();
    if (!wanted) return;
    setViews([...views.filter((view) => view.name !== wanted), { name: wanted, search: filled(current) }]);
    setName("");
  };
  return (
    <Menu position="bottom-end" width={260} closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconBookmark size={14} />} data-testid="saved-views">
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{views.length === 0 ? "No view is saved yet" : "Saved views"}</Menu.Label>
        {views.map((view) => (
          <Group key={view.name} gap={4} wrap="nowrap">
            <Menu.Item onClick={() => onApply(view.search)}>{view.name}</Menu.Item>
            <ActionIcon
              aria-label={`Delete view ${view.name}`}
              onClick={() => setViews(views.filter((other) => other.name !== view.name))}
            >
              <IconTrash size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Menu.Divider />
        <Group gap={6} p={6} wrap="nowrap">
          <TextInput
            aria-label="Name of the view"
            placeholder="Name of the view"
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
            onKeyDown={(event) => event.key === "Enter" && save()}
            flex={1}
          />
          <Button onClick={save} disabled={!name.trim()}>
            Save
          </Button>
        </Group>
      </Menu.Dropdown>
    </Menu>
  );
}
