import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HostError } from "@/host";
import { renderPart } from "@/test/render";
import { QueryView } from "./QueryView";

const BROKEN = new HostError({
  code: "database_unreachable",
  message: "The database does not answer. Nothing was changed. Try again.",
  field: null,
  line: null,
  detail: "connection refused",
});

const query = (part: object) => ({ data: undefined, error: null, isFetching: false, refetch: vi.fn(), ...part });

describe("states of a query", () => {
  afterEach(() => vi.useRealTimers());

  it("show nothing for 150 ms, then a skeleton", () => {
    vi.useFakeTimers();
    renderPart(
      <QueryView query={query({ isFetching: true })} what="The tenants">
        {() => null}
      </QueryView>,
    );
    const loading = screen.getByTestId("loading-state");
    expect(loading).toHaveStyle({ visibility: "hidden" });
    act(() => void vi.advanceTimersByTime(149));
    expect(loading).toHaveStyle({ visibility: "hidden" });
    act(() => void vi.advanceTimersByTime(2));
    expect(loading).toHaveStyle({ visibility: "visible" });
  });

  it("say what failed, its code, and try again", async () => {
    const failed = query({ error: BROKEN });
    renderPart(
      <QueryView query={failed} what="The tenants">
        {() => null}
      </QueryView>,
    );
    expect(screen.getByTestId("error-state")).toHaveAttribute("data-code", "database_unreachable");
    expect(screen.getByText("The tenants could not be loaded")).toBeInTheDocument();
    expect(screen.getByText(/Nothing was changed/)).toBeInTheDocument();
    expect(screen.getByText("connection refused")).toBeInTheDocument();
    await userEvent.click(screen.getByTestId("error-retry"));
    expect(failed.refetch).toHaveBeenCalledOnce();
  });

  it("keep old figures when a refresh fails, and say so", () => {
    renderPart(
      <QueryView query={query({ data: "old figures", error: BROKEN })} what="The tenants">
        {(data) => <p>{data}</p>}
      </QueryView>,
    );
    expect(screen.getByText("old figures")).toBeInTheDocument();
    expect(screen.getByTestId("stale-state")).toHaveTextContent("could not be refreshed");
  });
});
