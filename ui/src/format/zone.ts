import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";

dayjs.extend(utc);
dayjs.extend(timezone);

/** A wall-clock time such as `2026-11-03 10:15:00` in a zone, as an instant in UTC; null when it is none. */
export function instantInZone(wall: string, zone: string): string | null {
  const read = dayjs(wall);
  if (!read.isValid()) return null;
  try {
    return dayjs.tz(wall, zone).toISOString();
  } catch {
    return null;
  }
}

/** The wall-clock time of an instant in a zone, as the date fields want it. */
export function wallInZone(instant: string, zone: string): string | null {
  const read = dayjs(instant);
  if (!read.isValid()) return null;
  try {
    return read.tz(zone).format("YYYY-MM-DD HH:mm:ss");
  } catch {
    return null;
  }
}
