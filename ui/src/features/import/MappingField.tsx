import { Select } from "@mantine/core";
import { useState } from "react";
import type { Preset } from "@/generated/bindings";
import { PathField } from "./PathField";

const OWN_MAPPING = "own-mapping";

type Props = { presets: readonly Preset[]; value: string; onChange: (map: string) => void };

/** A preset, or a mapping file of one's own. */
export function MappingField({ presets, value, onChange }: Props) {
  const preset = presets.find(({ name }) => name === value);
  const [own, setOwn] = useState(Boolean(value) && !preset);
  return (
    <>
      <Select
        label="Mapping"
        placeholder="Choose a preset"
        description={own ? "A mapping file in TOML." : preset?.description}
        inputWrapperOrder={["label", "input", "description", "error"]}
        data={[
          { group: "Presets", items: presets.map(({ name, title }) => ({ value: name, label: title })) },
          { group: "Own", items: [{ value: OWN_MAPPING, label: "A mapping file" }] },
        ]}
        value={own ? OWN_MAPPING : preset ? preset.name : null}
        onChange={(next) => {
          setOwn(next === OWN_MAPPING);
          onChange(next === OWN_MAPPING || !next ? "" : next);
        }}
        required
        data-testid="import-map"
      />
      {own && <PathField label="Mapping file" value={value} onChange={onChange} testId="import-map-file" />}
    </>
  );
}
