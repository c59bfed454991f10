import { Skeleton, Stack } from "@mantine/core";

export function TenantSkeleton() {
  return (
    <Stack gap={12}>
      <Skeleton height={30} width={420} radius={6} />
      <Skeleton height={220} radius={8} />
      <Skeleton height={280} radius={8} />
    </Stack>
  );
}
