import { Button, FileButton, Group } from "@mantine/core";
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { LogoPicture } from "./LogoPicture";
import classes from "./settings.module.css";

/** The program refuses larger ones, too; this says so before the file is read. */
const MAX_BYTES = 256 * 1024;

type Props = {
  /** The PNG file in base64; null for none. */
  value: string | null;
  onChange: (logo: string | null) => void;
  error: string | undefined;
};

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** The picture at the head of every document: chosen from a file, shown as it is printed. */
export function LogoField({ value, onChange, error }: Props) {
  const [wrong, setWrong] = useState<string | null>(null);
  const take = async (file: File | null) => {
    if (!file) return;
    if (file.size > MAX_BYTES) {
      setWrong("The file is larger than 256 KiB.");
      return;
    }
    try {
      onChange(await base64Of(file));
      setWrong(null);
    } catch {
      setWrong("The file could not be read.");
    }
  };
  const said = wrong ?? error;
  return (
    <fieldset className={classes.logo}>
      <legend>Logo</legend>
      {value ? (
        <LogoPicture logo={value} />
      ) : (
        <span className="dim">None. Documents begin with the seller’s name.</span>
      )}
      <Group gap={8}>
        <FileButton onChange={(file) => void take(file)} accept="image/png" inputProps={{ "aria-label": "Logo file" }}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              size="compact-sm"
              leftSection={<IconPhoto size={14} />}
              data-testid="logo-choose"
            >
              {value ? "Choose another" : "Choose a PNG file"}
            </Button>
          )}
        </FileButton>
        {value && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconX size={14} />}
            onClick={() => onChange(null)}
            data-testid="logo-remove"
          >
            Remove
          </Button>
        )}
        <span className="dim">PNG, at most 256 KiB and 2,000 pixels a side</span>
      </Group>
      {said && (
        <p className={classes.error} role="alert">
          {said}
        </p>
      )}
    </fieldset>
  );
}
