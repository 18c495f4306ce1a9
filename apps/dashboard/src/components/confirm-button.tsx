import { Button, type ButtonProps, Group, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { strings } from "../strings.ts";

interface Props extends Pick<ButtonProps, "variant" | "color" | "size"> {
  action: string;
  /** What will be so afterwards. */
  sure: string;
  onConfirm: () => Promise<unknown>;
}

/** A button that asks before it acts, and tells what the API had against it. */
export function ConfirmButton({ action, sure, onConfirm, variant = "default", color, size }: Props) {
  const [isOpen, { open, close }] = useDisclosure();
  const { mutate, isPending, error, reset } = useMutation({ mutationFn: onConfirm, onSuccess: close });
  const looks = { ...(color === undefined ? {} : { color }), ...(size === undefined ? {} : { size }) };
  return (
    <>
      <Button
        variant={variant}
        {...looks}
        onClick={() => {
          reset();
          open();
        }}
      >
        {action}
      </Button>
      <Modal opened={isOpen} onClose={close} title={action} closeButtonProps={{ "aria-label": strings.common.cancel }}>
        <Text size="sm" className="foreign">
          {sure}
        </Text>
        {error && (
          <Text size="sm" c="red" role="alert" className="foreign" mt="sm">
            {error.message}
          </Text>
        )}
        <Group mt="md" justify="flex-end">
          <Button variant="default" onClick={close}>
            {strings.common.cancel}
          </Button>
          <Button {...(color === undefined ? {} : { color })} loading={isPending} onClick={() => mutate()}>
            {action}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
