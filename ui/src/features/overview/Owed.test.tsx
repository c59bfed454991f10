import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderPart } from "@/test/render";
import { Owed } from "./Owed";

const OWED = [{ currency: "EUR", tenants: 7, overage: "332.55", fees: "6129.00", overage_projected: "2035.26" }];

describe("what is owed", () => {
  it("says how many tenants are left out", () => {
    renderPart(<Owed owed={OWED} leftOut={2} />);
    expect(screen.getByTestId("overview-left-out")).toHaveTextContent("2 tenants are left out");
    expect(screen.getByTestId("overview-overage-EUR")).toHaveTextContent("332.55");
  });

  it("says so although nothing else is owed", () => {
    renderPart(<Owed owed={[]} leftOut={1} />);
    expect(screen.getByTestId("overview-left-out")).toHaveTextContent("1 tenant is left out");
  });

  it("says nothing where all are in it", () => {
    renderPart(<Owed owed={OWED} leftOut={0} />);
    expect(screen.queryByTestId("overview-left-out")).toBeNull();
  });
});
