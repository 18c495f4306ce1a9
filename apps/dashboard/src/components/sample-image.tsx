import { Center } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { type Pictured, useImage } from "../lib/use-image.ts";
import { strings } from "../strings.ts";
import classes from "./sample-image.module.css";

/** A sample's image at the size of its box. Its text is not repeated as alternative text: it stands beside it. */
export function SampleImage({ sample, alt, isSmall = false }: { sample: Pictured; alt: string; isSmall?: boolean }) {
  const { src, isBroken } = useImage(sample, isSmall);
  const [isUndrawable, setUndrawable] = useState(false);
  if (isBroken || isUndrawable)
    return (
      <Center className={classes.box} role="img" aria-label={strings.states.noImage}>
        <IconPhotoOff aria-hidden />
      </Center>
    );
  if (src === undefined) return <div className={classes.box} />;
  return <img className={classes.box} src={src} alt={alt} decoding="async" onError={() => setUndrawable(true)} />;
}
