const counts = new Intl.NumberFormat("en");
const units = ["B", "kB", "MB", "GB", "TB", "PB"];

export const toCount = (value: number): string => counts.format(value);

/** Bytes in powers of a thousand, three digits at most. */
export function toBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

/** Seconds as people say them: "1 h 5 min", "12 s". */
export function toDuration(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

const moments = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** A time to come, in the reader's own zone. */
export const toMoment = (iso: string): string => moments.format(new Date(iso));

/** An amount of money, with as many digits as tell a small one from nothing. */
export function toMoney({ amount, currency }: { amount: number; currency: string }): string {
  const digits = amount > 0 && amount < 1 ? { maximumSignificantDigits: 3 } : {};
  return new Intl.NumberFormat("en", { style: "currency", currency, ...digits }).format(amount);
}
