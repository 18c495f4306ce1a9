export interface Finding {
  kind: "better" | "worse" | "unclear" | "look";
  text: string;
}
