// Letters without their marks, so that "ayse" finds "Ayşe".
export function plain(name) {
  return name.toLocaleLowerCase("tr").normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i");
}
