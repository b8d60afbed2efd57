"""Names of houses and trade marks that are never painted: a short list of the best known, not a register.

`_` is an optional space or hyphen. Those of `PLAIN_WORDS` mean something else in small letters ("a gap", "next to her") and so
count only where they are written as names.
"""

MARKS = """
    acne_studios adidas agent_provocateur alaïa alexander_mcqueen armani audemars_piguet balenciaga balmain barbour
    berghaus birkenstock bottega_veneta brioni brunello_cucinelli bulgari bvlgari burberry calvin_klein carhartt
    carolina_herrera cartier cerruti chanel chloé chopard christian_dior christian_louboutin coca_cola comme_des_garçons
    converse dior disney dolce_&_gabbana dolce_gabbana dr_martens dries_van_noten dsquared2 elie_saab emilio_pucci
    ermenegildo_zegna escada etro fendi ferragamo ferrari fila fjällräven gaultier giorgio_armani givenchy goyard gucci
    guerlain h_&_m harley_davidson helmut_lang hermès hollister hublot hugo_boss isabel_marant issey_miyake jacquemus
    jean_paul_gaultier jil_sander jimmy_choo karl_lagerfeld kenzo lacoste lamborghini lancel lanvin levi's d_&_g l'oréal loewe
    longchamp loro_piana louboutin louis_vuitton lululemon lvmh maison_margiela manolo_blahnik marc_jacobs margiela
    marimekko marni max_mara mcdonalds mcqueen michael_kors microsoft mickey_mouse missoni miu_miu moncler mont_blanc
    moschino mugler mulberry_bag nike nina_ricci omega_watch patek_philippe paco_rabanne patagonia_jacket
    philipp_plein pikachu piaget playboy_bunny porsche prada primark puma_shoe ralph_lauren ray_ban red_bull reebok
    rick_owens roberto_cavalli rolex saint_laurent salvatore_ferragamo schiaparelli shein sonia_rykiel starbucks
    stella_mccartney stone_island swarovski swatch tag_heuer ted_baker the_north_face tiffany_&_co timberland tod's
    tom_ford tommy_hilfiger tory_burch under_armour uniqlo valentino vacheron_constantin van_cleef_&_arpels vera_wang
    versace victoria's_secret victorias_secret viktor_&_rolf vivienne_westwood vogue yohji_yamamoto ysl
    yves_saint_laurent zara zegna zimmermann
"""
PLAIN_WORDS = """
    apple asics bershka boss celine champion coach converse cos desigual diesel ellesse esprit express fossil gap guess
    jordan lee mango montblanc mulberry next off_white omega patagonia pepe polo pull_&_bear puma superdry supreme swatch theory
    tesla tiffany umbro vans weekday wrangler
"""
