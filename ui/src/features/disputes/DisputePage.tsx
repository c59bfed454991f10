import { useParams } from "@tanstack/react-router";
import { useDispute } from "@/app/queries";
import { Page, QueryView } from "@/components";
import { DisputeBody } from "./DisputeBody";
import { DisputeHeader } from "./DisputeHeader";

/** One dispute, whole. */
export function DisputePage() {
  const { disputeId } = useParams({ from: "/disputes/$disputeId" });
  const query = useDispute(disputeId);
  return (
    <Page>
      <DisputeHeader key={disputeId} view={query.data} />
      <QueryView query={query} what="The dispute">
        {(view) => <DisputeBody view={view} />}
      </QueryView>
    </Page>
  );
}
