import { useCallback } from "react";
import { useMeters } from "@/app/queries";

/** The name of a meter, its code while the catalogue loads. */
export function useMeterName(): (meter: string) => string {
  const { data } = useMeters();
  return useCallback((meter) => data?.find((row) => row.meter === meter)?.name ?? meter, [data]);
}

export function useMeterUnit(): (meter: string) => string {
  const { data } = useMeters();
  return useCallback((meter) => data?.find((row) => row.meter === meter)?.unit ?? "", [data]);
}
