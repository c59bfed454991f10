import { useMeters } from "@/app/queries";

/** The name of a meter, its code while the catalogue loads. */
export function useMeterName(): (meter: string) => string {
  const { data } = useMeters();
  return (meter) => data?.find((row) => row.meter === meter)?.name ?? meter;
}

export function useMeterUnit(): (meter: string) => string {
  const { data } = useMeters();
  return (meter) => data?.find((row) => row.meter === meter)?.unit ?? "";
}
