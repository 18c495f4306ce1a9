/** A point of a curve: the block it is in, and its task. */
export interface Place {
  block: number;
  task: string;
}
