import ipaddr from "ipaddr.js";

/** Whether deliveries may go to this machine and its network: yes on a developer's, no on a platform others use. */
export interface UrlPolicy {
  allowsPrivate: boolean;
}

const privateNames = /(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/i;

/** Why no delivery may go to this address, or undefined. A name's addresses are looked at again at every try. */
export function refuseUrl(address: string, { allowsPrivate }: UrlPolicy): string | undefined {
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return "must not hold a user name or password";
  if (url.hash !== "") return "must not have a fragment";
  const isPrivate = privateNames.test(url.hostname) || (isAddress(url.hostname) && isPrivateAddress(url.hostname));
  if (isPrivate && !allowsPrivate) return "must not be a private address";
  // On a developer's machine a receiver of his own needs no certificate.
  if (url.protocol !== "https:" && !isPrivate) return "must begin with https://";
  return undefined;
}

/** Anything but a public unicast address: loopback, private, link-local, carrier NAT, documentation, NAT64 ... */
export function isPrivateAddress(hostname: string): boolean {
  return ipaddr.process(bare(hostname)).range() !== "unicast";
}

export const isAddress = (hostname: string): boolean => ipaddr.isValid(bare(hostname));

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, "");
