import type { Change, EntryRequest, EraseRequest, OverrideRequest } from "@/generated/bindings";
import { HostError } from "../error";
import { meterOf } from "./catalogue";
import { findTenant } from "./tenants";

function refuse(field: string, message: string): never {
  throw new HostError({ code: "invalid_field", message, field, line: null, detail: null });
}

export function previewEntry(request: EntryRequest): Change {
  const meter = meterOf(request.meter);
  if (!/^-?\d+(\.\d+)?$/.test(request.quantity))
    refuse("quantity", "The quantity is no decimal number. Write it like 12.5.");
  const cell = findTenant(request.tenant_id)?.meters.find(({ meter: code }) => code === request.meter);
  const before = Number(cell?.used ?? 0);
  const after = before + Number(request.quantity);
  const base = Number(cell?.base ?? 0);
  return {
    title: `Enter ${request.quantity} ${meter.unit} of ${meter.name}`,
    effects: [
      { label: `Use of ${meter.name} in this period`, before: String(before), after: String(after), unit: meter.unit },
      ...(base
        ? [
            {
              label: "Share of what is included",
              before: ((before / base) * 100).toFixed(1),
              after: ((after / base) * 100).toFixed(1),
              unit: "%",
            },
          ]
        : []),
    ],
    warnings: base && after >= base && before < base ? ["This raises an alert: the use passes 100 %."] : [],
    fingerprint: `f-${request.key}-${request.quantity}`,
  };
}

export function previewOverride(request: OverrideRequest): Change {
  const meter = meterOf(request.meter);
  if (!request.included && !request.cap)
    refuse("included", "Say what changes: the included quantity, the cap, or both.");
  const cell = findTenant(request.tenant_id)?.meters.find(({ meter: code }) => code === request.meter);
  return {
    title: `Override the allowance of ${meter.name}`,
    effects: [
      {
        label: `Included ${meter.name}`,
        before: cell?.base ?? "unlimited",
        after: request.included ?? cell?.base ?? "unlimited",
        unit: meter.unit,
      },
      { label: "Overage so far", before: "104.20", after: "0.00", unit: "USD" },
    ],
    warnings: request.valid_to ? [] : ["This override has no end."],
    fingerprint: `o-${request.included}-${request.cap}`,
  };
}

export function previewErase(request: EraseRequest): Change {
  return {
    title: "Erase the name, outside id and details of one subject",
    effects: [
      { label: "Events that keep their usage", before: "318", after: "318", unit: "events" },
      { label: "Events with details", before: "291", after: "0", unit: "events" },
    ],
    warnings: ["What is erased cannot be brought back."],
    fingerprint: `e-${request.subject_id}`,
  };
}

/** Every act that says “outdated” in its reason finds its preview outdated, so that the screen of it can be seen. */
export function act(change: Change, fingerprint: string, reason: string): Change {
  if (fingerprint !== change.fingerprint || reason.includes("outdated")) {
    throw new HostError({
      code: "preview_outdated",
      message: "The figures have changed since the preview. Nothing was written. Look at the new preview, then decide.",
      field: null,
      line: null,
      detail: null,
    });
  }
  return change;
}
