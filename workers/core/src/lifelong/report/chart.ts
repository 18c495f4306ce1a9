/** A chart with what explains it and the same numbers as a table, for mail programs that drop pictures and for those who read on. */
export interface Chart {
  id: string;
  title: string;
  caption: string;
  svg: string;
  legend: { name: string; colour: string }[];
  head: string[];
  rows: string[][];
}
