/** A component that does nothing: it says that it is up, and at SIGTERM drains (`drains`), fails (`fails`) or does not hear (`deaf`). */
const [manner] = process.argv.slice(2);

process.on('SIGTERM', () => {
  if (manner === 'deaf') return;
  setTimeout(() => {
    console.log('drained');
    process.exit(manner === 'fails' ? 1 : 0);
  }, 50);
});
process.once('disconnect', () => process.exit(0));
console.log(`pid ${process.pid}`);
process.send?.({ ready: 'fake', ports: {} });
