import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { renderPart } from "@/test/render";
import { UsageBar } from "./UsageBar";

function part(name: string): HTMLElement | null {
  return document.querySelector(`[data-part="${name}"]`);
}

function show(percent: string | null, base: string | null, level: "normal" | "warning" | "alert" = "normal") {
  renderPart(
    <UsageBar meter="inbox" level={level} percent={percent} base={base} figure="1,234 emails" label="Emails" />,
  );
}

describe("usage bar", () => {
  it("fills to the percentage, with a tick at 80 %", () => {
    show("45.6", "100");
    expect(part("fill")).toHaveStyle({ width: "45.6%" });
    expect(part("tick")).toHaveStyle({ left: "80%" });
    expect(part("over"), "nothing is hatched below 100 %").toBeNull();
    expect(screen.getByTestId("usage-bar-inbox")).toHaveAttribute("data-figure", "45.6");
  });

  it("is full above 100 %, hatches the part above and says by how much, exactly", () => {
    show("123.4", "100", "alert");
    const solid = Number.parseFloat(part("fill")?.style.width ?? "");
    const over = Number.parseFloat(part("over")?.style.width ?? "");
    expect(solid + over, "the bar is full").toBeCloseTo(100);
    expect(over).toBeCloseTo((23.4 / 123.4) * 100);
    expect(Number.parseFloat(part("tick")?.style.left ?? ""), "the tick stays at 80 % of the limit").toBeCloseTo(
      solid * 0.8,
    );
    expect(part("above")).toHaveTextContent("+23.4 %");
  });

  it("keeps half of the bar for the limit, however far above", () => {
    show("98765.4", "100", "alert");
    expect(part("fill")).toHaveStyle({ width: "50%" });
    expect(part("above")).toHaveTextContent("+98,665.4 %");
  });

  it("is exactly full at 100 %", () => {
    show("100.0", "100", "alert");
    expect(part("fill")).toHaveStyle({ width: "100%" });
    expect(part("above"), "nothing is above").toBeNull();
  });

  it("says the figure and the word when unlimited, without a bar", () => {
    show(null, null);
    expect(screen.getByTestId("usage-bar-inbox")).toHaveTextContent("1,234 emails · Unlimited");
    expect(screen.queryByRole("meter")).toBeNull();
  });

  it("says the word when nothing is included", () => {
    show(null, "0");
    expect(screen.getByTestId("usage-bar-inbox")).toHaveTextContent("Not included");
    expect(screen.queryByRole("meter")).toBeNull();
  });

  it("is read aloud with its true percentage and level", () => {
    show("150.0", "100", "alert");
    expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "150.0\u202f% of Emails, alert");
  });
});
