import { lookup, type LookupOptions } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

const ranges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/127",
  "64:ff9b::/96",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
];
const blocked = new BlockList();
for (const range of ranges) {
  const [address = "", bits] = range.split("/");
  blocked.addSubnet(address, Number(bits), address.includes(":") ? "ipv6" : "ipv4");
}

/** Thrown instead of connecting to an address that is not on the public internet. */
export class PrivateAddressError extends Error {
  constructor(host: string, address: string) {
    super(host === address ? `${host} is a private address` : `${host} is the private address ${address}`);
    this.name = "PrivateAddressError";
  }
}

function assertPublicAddress(host: string, address: string): void {
  if (blocked.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")) throw new PrivateAddressError(host, address);
}

/** A host given as an address is never looked up, so it is checked before connecting. */
export function assertPublicHost(hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address)) assertPublicAddress(hostname, address);
}

/** For the socket itself: what was checked is what is connected to, so a name that changes its mind gains nothing. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true } as LookupOptions & { all: true }, (error, addresses) => {
    if (error) return callback(error, [], 0);
    try {
      for (const { address } of addresses) assertPublicAddress(hostname, address);
    } catch (refused) {
      return callback(refused as Error, [], 0);
    }
    const [first] = addresses;
    if (options.all) return callback(null, addresses);
    callback(null, first?.address ?? "", first?.family);
  });
};
