export { chooseHost } from "./choose";
export { HostProvider, useHost } from "./context";
export { HostError } from "./error";
export type { BillingChanges, Changing, ChartFileFormat, Host, ProgressListener } from "./host";
