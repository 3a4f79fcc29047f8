/** Opening a recipe from a file: looked through first, then shown as a guide like any other. */
import { FileButton, Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { keepRecipe, openedRecipeName } from '../client/opened-recipe.ts';
import { ErrorCard } from './ErrorCard.tsx';

export function OpenRecipe() {
  const navigate = useNavigate();
  const open = useMutation({
    mutationFn: async (file: File) => keepRecipe(await file.text(), file.name),
    onSuccess: () => void navigate({ to: '/guide/$recipe', params: { recipe: openedRecipeName } }),
  });
  return (
    <>
      <FileButton accept="application/json,.json" onChange={(file) => file && open.mutate(file)}>
        {(props) => <Button {...props} size="compact-sm" variant="default" loading={open.isPending}>Open a recipe</Button>}
      </FileButton>
      {open.error && <ErrorCard error={open.error} />}
    </>
  );
}
