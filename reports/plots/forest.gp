set border 1
set lmargin at screen left
set rmargin at screen 0.965
set tmargin at screen 1 - 28.0 / height
set bmargin at screen 50.0 / height
set grid noytics xtics lt 1 lw 1 lc rgb grid
eval svg(440, height)
set label 102 'time of B over A (log)' at screen 0.985,screen 12.0 / height right tc rgb mute
set label 103 '← B faster' at graph 0,screen 1 - 14.0 / height left tc rgb faster
set label 104 'B slower →' at graph 1,screen 1 - 14.0 / height right tc rgb bad
set logscale x
set mxtics 1
set ytics scale 0
set yrange [0.4:lines + 0.6]
set object 1 rectangle from 1 / (1 + same_within), graph 0 to 1 + same_within, graph 1 fc rgb grid fs solid noborder behind
set arrow 1 from 1 + large_from, graph 0 to 1 + large_from, graph 1 nohead dt (2,3) lc rgb rule back
set arrow 2 from 1 / (1 + large_from), graph 0 to 1 / (1 + large_from), graph 1 nohead dt (2,3) lc rgb rule back
# Another width: gnuplot draws lines of one colour and width with one dash.
set arrow 3 from 1, graph 0 to 1, graph 1 nohead lw 1.2 lc rgb rule back
# A block is named after its verdict; slower has the colour of what is bad.
hue(v) = v eq 'slower' ? bad : v eq 'family' ? ink : value(v)
data = name.'.dat'
set output name.'.svg'.part
plot for [v in "slower faster same small open"] data index v using ($5 == 0 ? $2 : NaN):1:3:4 with xerrorbars pt 7 ps 0.65 lw 2 lc rgb hue(v) notitle, \
     for [v in "slower faster same small open"] data index v using ($5 == 1 ? $2 : NaN):1:3:4 with xerrorbars pt 6 ps 0.65 lw 2 lc rgb hue(v) notitle, \
     data index 'family' using ($5 == 0 ? $2 : NaN):1:3:4 with xerrorbars pt 13 ps 1.1 lw 2 lc rgb ink notitle, \
     data index 'family' using ($5 == 1 ? $2 : NaN):1 with points pt 12 ps 1.1 lw 1.5 lc rgb ink notitle
unset output
