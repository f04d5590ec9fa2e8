/** Takes a file that is dropped anywhere on the page. */
export function onDrop(open: (file: File) => void): void {
  const mark = (is: boolean): void => {
    document.body.classList.toggle('dropping', is);
  };
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) mark(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    const dropped = event.dataTransfer?.files[0];
    if (dropped) open(dropped);
  });
}
