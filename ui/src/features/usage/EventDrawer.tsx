import { type EventName, useEventDetail } from "@/app/queries";
import { DetailDrawer, QueryView } from "@/components";
import { EventWhole } from "./EventWhole";

type Props = { name: EventName | null; onClose: () => void; onOpen: (event: EventName) => void };

/** One event, whole. Parents and children open in its place. */
export function EventDrawer({ name, onClose, onOpen }: Props) {
  const query = useEventDetail(name);
  return (
    <DetailDrawer opened={name !== null} onClose={onClose} title="Event" testId="event-drawer">
      <QueryView query={query} what="The event">
        {(detail) => <EventWhole detail={detail} onOpen={onOpen} />}
      </QueryView>
    </DetailDrawer>
  );
}
