/** The states of what was put aside. */
export const STATES = [
  { value: "waiting", label: "Waiting" },
  { value: "accepted", label: "Accepted" },
  { value: "dismissed", label: "Dismissed" },
  { value: "all", label: "All states" },
];
