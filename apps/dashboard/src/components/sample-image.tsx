import { Center } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { type Pictured, useImage, useIsWanted } from "../lib/use-image.ts";
import { strings } from "../strings.ts";
import classes from "./sample-image.module.css";

interface Props {
  sample: Pictured;
  alt: string;
  isSmall?: boolean;
}

/** A sample's image at the size of its box. Its text is not repeated as alternative text: it stands beside it. */
export function SampleImage({ sample, alt, isSmall = false }: Props) {
  const isWanted = useIsWanted(sample, isSmall);
  return isWanted ? <Loaded sample={sample} alt={alt} isSmall={isSmall} /> : <div className={classes.box} />;
}

function Loaded({ sample, alt, isSmall }: Required<Props>) {
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
