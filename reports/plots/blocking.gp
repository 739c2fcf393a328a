height = 92 + 24 * rows
eval svg(440, height)
set border 1
unset grid
set grid xtics lt 1 lw 1 lc rgb grid
set ytics scale 0 textcolor rgb ink
set y2tics scale 0 textcolor rgb mute
set yrange [rows - 0.5:-0.6]
set y2range [rows - 0.5:-0.6]
set lmargin at screen 0.25
set rmargin at screen 0.77
set tmargin at screen 1 - 34.0 / height
set bmargin at screen 50.0 / height
set label 102 'GFLOP/s' at screen 0.77,screen 9.0 / height right tc rgb mute
if (ceiling > 0) {
	set arrow 1 from ceiling, graph 0 to ceiling, graph 1 nohead lw 1.5 dt (6,4) lc rgb ink
	set label 1 'ceiling '.sprintf(ceiling < 10 ? '%.2f' : '%.0f', ceiling) at ceiling, graph 1 right offset 0,0.8 tc rgb mute
}
set output name.'.svg'.part
plot name.'.dat' index 'own' using 2:1:3:4 with xerrorbars pt 7 ps 0.6 lw 2 lc rgb f16 notitle, \
     name.'.dat' index 'other' using 2:1:3:4 with xerrorbars pt 6 ps 0.6 lw 2 lc rgb mute notitle
unset output
