/** Names as people of many places write them. `written=romanised` where the e-mail address needs another script. */
interface Naming {
  readonly given: readonly [string, ...string[]];
  readonly family: readonly [string, ...string[]];
  /** Puts the family name first, with this between the two. */
  readonly familyFirst?: string;
}

function list(names: string): readonly [string, ...string[]] {
  const [first = '', ...rest] = names.split(', ');
  return [first, ...rest];
}

export const NAMINGS: readonly [Naming, ...Naming[]] = [
  {
    given: list('Anna, Lukas, Jürg, Käthi, Moritz, Zoé, Severin, Änne, Hans-Peter, Noëmi, Björn, Ruedi'),
    family: list(
      'Müller, Keller, Zürcher, Weiß, Schönenberger, von Allmen, Gröbli, Bär, Hürlimann, Rüegg-Frei',
    ),
  },
  {
    given: list("Siobhán, Liam, Aoife, D'Arcy, Caoimhe, Seán, Niamh, Pádraig, Mary-Kate, Rory"),
    family: list("O'Neil, O'Connor, Mac Giolla, Ní Bhriain, FitzGerald, McAllister, Byrne, O'Shea-Walsh"),
  },
  {
    given: list('Olivia, George, Amelia, Harry, Mary Ann, Jayden, Beth, Kwame, Alfie, Imogen'),
    family: list(
      "Smith, Taylor-Clarke, Ashworth, Pemberton, d'Abo, St John, Okonkwo-Reed, Featherstonehaugh, Li",
    ),
  },
  {
    given: list('Chloé, Éloïse, Jean-Baptiste, Maël, Gaëlle, Théo, Inès, François, Anaïs, Loïc'),
    family: list("Lefèvre, d'Aubigné, Côté, Le Goff, Nuñes-Petit, L'Hôpital, Garçon, Béranger, Faÿ"),
  },
  {
    given: list('María José, Íñigo, Begoña, Álvaro, Ximena, Núria, Jesús, Lucía, Joaquín, Itziar'),
    family: list(
      'García López, Ibáñez, Muñoz y Peña, de la Cruz, Etxeberria, Núñez, Güell, Arroyo del Río, Sáenz',
    ),
  },
  {
    given: list('Søren, Åsa, Øyvind, Þóra, Æsa, Lærke, Björk, Göran, Ida-Marie, Jørgen'),
    family: list('Ångström, Sørensen, Bjørnstad, Jónsdóttir, Lindqvist, Øvergård, Þorláksson, Nygård'),
  },
  {
    given: list('Łukasz, Zofia, Jiří, Žofie, Đorđe, Małgorzata, Šimon, Ľubica, Bożena, Ştefan'),
    family: list(
      'Wałęsa, Dvořák, Brzęczyszczykiewicz, Đurić, Černý, Szabó, Kovačević, Țepeș, Skłodowska-Nowak',
    ),
  },
  {
    given: list('Işıl, Çağan, Özge, Umut, Yiğit, Şebnem, Gülşah, İbrahim'),
    family: list('Yıldız, Çelik, Öztürk, Şahin, Güneş, Aydın, Kılıç'),
  },
  {
    given: list('Олена=Olena, Дмитро=Dmytro, Соломія=Solomiia, Тарас=Taras, Ганна=Hanna, Юрій=Yurii'),
    family: list(
      'Шевченко=Shevchenko, Бондаренко=Bondarenko, Лисенко=Lysenko, Мельник=Melnyk, Гнатюк=Hnatiuk',
    ),
  },
  {
    given: list('Ελένη=Eleni, Γιώργος=Giorgos, Χρήστος=Christos, Σοφία=Sofia, Ανδρέας=Andreas'),
    family: list('Παπαδόπουλος=Papadopoulos, Γεωργίου=Georgiou, Ζαχαρίας=Zacharias, Μακρής=Makris'),
  },
  {
    given: list('محمد=Mohammed, فاطمة=Fatima, ليلى=Layla, يوسف=Youssef, نور=Nour, عبد الله=Abdullah'),
    family: list('الخطيب=Alkhatib, حداد=Haddad, بن سعيد=Bensaid, المصري=Almasri, العلي=Alali'),
  },
  {
    given: list('נועה=Noa, דוד=David, תמר=Tamar, יונתן=Yonatan'),
    family: list('כהן=Cohen, לוי=Levi, פרידמן=Friedman, אברהמי=Avrahami'),
  },
  {
    given: list('翔太=Shota, 葵=Aoi, 陽菜=Hina, さくら=Sakura, 健一=Kenichi'),
    family: list('山田=Yamada, 渡邊=Watanabe, 髙橋=Takahashi, 佐々木=Sasaki, 小林=Kobayashi'),
    familyFirst: ' ',
  },
  {
    given: list('伟=Wei, 秀英=Xiuying, 子涵=Zihan, 思远=Siyuan, 小龙=Xiaolong'),
    family: list('王=Wang, 李=Li, 欧阳=Ouyang, 陈=Chen, 司马=Sima'),
    familyFirst: '',
  },
  {
    given: list('서연=Seoyeon, 민준=Minjun, 지우=Jiwoo, 하은=Haeun'),
    family: list('김=Kim, 박=Park, 남궁=Namgung, 최=Choi'),
    familyFirst: '',
  },
  {
    given: list('Priya, Arjun, आरव=Aarav, Lakshmi, Thuỳ Linh, Nguyệt, Adaeze, Oluwaseun, Chidi, Nomvula'),
    family: list('Krishnamurthy, शर्मा=Sharma, Iyer, Nguyễn, Trần, Okafor, Adébáyọ̀, Mkhize, Patel'),
  },
];
